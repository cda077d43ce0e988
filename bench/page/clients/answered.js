/** The least that a page does with an answer: reads it. */
export const answered = async (response) => {
  const { status } = await response;
  if (status !== 200) throw new Error(`the server answered ${status}`);
  return (await response).json();
};
