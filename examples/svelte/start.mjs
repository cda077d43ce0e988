import { develop } from '../develop.mjs';

await develop('svelte');
