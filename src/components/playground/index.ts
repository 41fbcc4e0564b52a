import { registerKeys } from '../notebook/keys.ts';
import { TwoPlayground } from './playground.ts';

customElements.define('two-playground', TwoPlayground);
registerKeys([{ keys: ['Enter'], does: 'Run the machine', where: 'In a field of the panels' }]);
