/** What a page needs to check a reader's profile by: a bundle of its own, without the machine. */
export { profileProblems } from './schema.ts';
