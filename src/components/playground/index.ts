import { TwoPlayground } from './playground.ts';

customElements.define('two-playground', TwoPlayground);
