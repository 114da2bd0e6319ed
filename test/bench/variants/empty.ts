/** The floor of every Node function: what the runtime itself costs. */
export async function handler(): Promise<void> {}
