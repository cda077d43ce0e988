import { develop } from '../develop.mjs';

await develop('next');
