/** `14:05`, in UTC. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** `14:05:07`, in UTC. */
export function clockSeconds(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** `2 h 5 min`, `2 min 30 s`, `40 s`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10 && seconds % 60 > 0) return `${minutes} min ${seconds % 60} s`;
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
