/**
 * How our calls to AWS name themselves, so that CloudTrail shows who asked: `soap-token-refresher/<version>`. The version
 * stands here, and not only in package.json, because the reader is bundled by its users and cannot look for that file.
 */
export const USER_AGENT: [name: string, version: string][] = [['soap-token-refresher', '0.1.0']];
