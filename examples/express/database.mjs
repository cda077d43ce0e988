// What stands for a database here: anybody with the right password may read the names of its tables.
const PASSWORD = 'wonderland';

/** The connection, or null if the string or its password is wrong. @param {unknown} connectionString */
export function open(connectionString) {
  if (typeof connectionString !== 'string' || !URL.canParse(connectionString)) return null;
  const { protocol, username, password, hostname, pathname } = new URL(connectionString);
  if (protocol !== 'demo:' || password !== PASSWORD) return null;
  return { name: `${username}@${hostname}${pathname}`, tables: ['customers', 'orders'] };
}
