// Names for threads, as `top -H`, debuggers and profilers show them.
#pragma once

#include <pthread.h>

namespace clew::stdx {

// At most 15 characters; longer ones are ignored by the system.
inline void name_this_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace clew::stdx
