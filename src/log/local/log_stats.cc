#include "log/local/log_stats.h"

namespace clew::log_local {

LogStats& LogStats::operator+=(const LogStats& other) {
  appended_records += other.appended_records;
  appended_bytes += other.appended_bytes;
  written_bytes += other.written_bytes;
  groups += other.groups;
  syncs += other.syncs;
  sync_failures += other.sync_failures;
  sync_seconds += other.sync_seconds;
  refused_queue_full += other.refused_queue_full;
  refused_unread_full += other.refused_unread_full;
  refused_disk += other.refused_disk;
  refused_too_large += other.refused_too_large;
  refused_closing += other.refused_closing;
  lost_records += other.lost_records;
  torn_tails += other.torn_tails;
  damaged_segments += other.damaged_segments;
  segments += other.segments;
  spare_segments += other.spare_segments;
  queued_bytes += other.queued_bytes;
  unread_bytes += other.unread_bytes;
  window_bytes += other.window_bytes;
  return *this;
}

}  // namespace clew::log_local
