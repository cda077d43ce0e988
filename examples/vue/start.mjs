import { develop } from '../develop.mjs';

await develop('vue');
