import { ask, type Answer } from "./ask";

/** What can be done about a psychologist in a conversation. */
export type Calling = "call" | "take-back" | "leave";

const AT = "/api/psychologist";

export const calling = (what: Calling, conversation: string): Promise<Answer<null>> => ask(`${AT}/${what}`, { conversation });

/** A psychologist sees to an operator who asked to talk. */
export const seeTo = (operator: string): Promise<Answer<null>> => ask(`${AT}/debrief`, { operator });
