// Errors of users' browsers: the browser's side of /errors, and /errors/{}.
export const rumErrors = {
  one: 'Error',
  promise: 'Errors of users’ browsers, by type and place, with the users and sessions they hit.',
};
