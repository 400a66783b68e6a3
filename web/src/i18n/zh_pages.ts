import { formatCount } from '../format/quantity';
import type { Section } from './catalogue';

const services: Section<'services'> = {
  title: '服务',
  health_filter: '按健康状况筛选',
  health: { unwell: '异常：有错误，或比平时慢', healthy: '正常', silent: '静默：以前出现过，该范围内无数据' },
  health_names: { all: '全部', unwell: '异常', healthy: '正常', silent: '静默' },
  filter: '筛选服务',
  baseline: '对比基线',
  baselines: { previous: '上一时段', day: '昨天同一时间', none: '不对比' },
  change_tip: 'P99 与对比时段相比的变化',
  columns: { service: '服务', rate: '请求速率', errors: '错误率', callers: '调用方', callees: '被调用方', seen: '最后出现', why: '原因' },
  few: (count) => `仅 ${formatCount(count)} 次请求，分位数带有偶然性`,
  traces_of: (name) => `${name} 的调用链`,
  errors_of: (name) => `${name} 的错误调用链`,
  slow_of: (name) => `${name} 的慢调用链`,
  rate_shape: '请求速率走势',
  error_shape: '错误走势',
  p99_shape: 'P99 走势',
  since: (time) => `，始于 ${time}`,
  claims: {
    failing_callee: '对 {callee} 的调用有 {share} 失败',
    own_errors: '{share} 的请求在自身代码中失败',
    n_plus_one: '每次请求调用 {statement} {per_request} 次，疑似 N+1',
    slow_callee: '等待 {callee}，占其耗时的 {share}',
    own_time: '{share} 的耗时在自身代码中',
    slower: 'P99 是此前的 {factor}',
    slow_operation: '{operation} 的 P99 为 {p99}',
    other: '与此前不同',
  },
  empty: '该时间范围内没有服务发送 Span',
  empty_why: '请放宽时间范围，或接入一个服务，只需两分钟。',
  connect: '接入服务',
  none_match: '没有符合筛选条件的服务',
};

export const pages = { services };
