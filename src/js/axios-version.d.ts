// What axios exports and its types leave out. For the check of src/js alone; it is not published.
import 'axios';

declare module 'axios' {
  export const VERSION: string;
}
