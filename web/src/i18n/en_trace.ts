// Trace and Compare pages.
export const trace = {
  title: 'Trace',
  compare_title: 'Compare',
};
