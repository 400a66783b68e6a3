// The pages /sessions and /sessions/{}.
export const sessions = {
  title: 'Sessions',
  promise: 'Each visit of a user as one line of time: views, actions, requests with their traces, errors.',
  one: 'Session',
};
