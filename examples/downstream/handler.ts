import { createHandler } from './get-e-invoice.ts';

/** What Lambda calls. */
export const handler = createHandler(process.env);
