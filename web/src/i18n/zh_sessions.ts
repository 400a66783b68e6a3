import type { Section } from './catalogue';

export const sessions: Section<'sessions'> = {
  title: '会话',
  promise: '将用户的每次访问展开为一条时间线：页面、操作、请求及其调用链、错误。',
  one: '会话详情',
};
