// The signalement as both pages know it. Loaded when there is one to show: import it with `import("@shared/report")`,
// and its types anywhere.

export { type Answer, type Appointment, openAnswer, type ReportStatus, type ServiceStatus, statusOf } from "./answer";
export { type About, type Consent, readConsent, type Signing, signConsent, signWithdrawal } from "./consent";
export { type Content, documentFits, documentOf, makeAnswerKey, readDocument } from "./document";
export {
  type Decided,
  type Decision,
  type Field,
  type FieldName,
  FIELDS,
  fieldsOf,
  MAX_DOCUMENT,
  MAX_VALUE,
  type Proposal,
  readDecided,
  readProposal,
  type Recipient,
} from "./fields";
export { type Partner, verifyPartner, verifyRecipient } from "./partner";
export { sealPatrol, sealReport } from "./sealed";
