// A section for each page but Trace and Compare (en_trace.ts).
export const pages = {
  services: {
    title: 'Services',
  },
};
