/** Ends a release early that npm would refuse late: it checks the provenance of a package against its `repository.url`. */
import { readFileSync } from 'node:fs';

const expected = `git+https://github.com/${process.env.GITHUB_REPOSITORY}.git`;
const { repository } = JSON.parse(readFileSync('package.json', 'utf8'));
if (repository?.url !== expected) {
  const entry = `"repository": { "type": "git", "url": "${expected}" }`;
  console.error(`package.json: npm checks the provenance against repository.url. Put this beside "license": ${entry}`);
  process.exitCode = 1;
}
