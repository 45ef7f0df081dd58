// All of ALTCHA that the page needs, in a file of its own: most visits never fetch it.
export { solveChallenge } from "altcha-lib";
export { deriveKey } from "altcha-lib/algorithms/web/pbkdf2";
