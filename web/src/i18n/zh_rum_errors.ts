import type { Section } from './catalogue';

export const rumErrors: Section<'rumErrors'> = {
  one: '错误详情',
  promise: '用户浏览器中的错误，按类型与位置归并，并列出受影响的用户与会话。',
};
