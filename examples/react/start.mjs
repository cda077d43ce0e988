import { develop } from '../develop.mjs';

await develop('react');
