/** All that resume words need, in one file that is fetched only when somebody asks for them. */
export { Search } from "./search";
export { ResumeWords } from "./words";
