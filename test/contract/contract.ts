/** Writes what docs/contract.md says of the template: `npm run contract`. */
import { writeBetweenMarkers } from '../markers.ts';
import { contract } from './contract-texts.ts';

await writeBetweenMarkers('docs/contract.md', 'contract', contract().texts);
