/** Five minutes, or what the address says in milliseconds: `?interval=2000`, for those who don't want to wait. */
export const interval = Number(new URLSearchParams(location.search).get('interval') ?? 300_000);
