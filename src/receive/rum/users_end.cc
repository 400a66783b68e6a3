#include "receive/rum/users_end.h"

#include "receive/rum/electron_events.h"

namespace clew::receive_rum {

UsersEnd users_end_of(std::string_view app_type) {
  if (app_type == "miniapp" || app_type == "minigame" || app_type == "uniapp") {
    return {"rum-miniapp", "miniapp.request: ", "js"};
  }
  if (app_type == "android") return {"rum-android", "android.request: ", "android"};
  if (app_type == "ios") return {"rum-ios", "ios.request: ", "swift"};
  if (is_electron(app_type)) return {"rum-electron", "electron.request: ", "nodejs"};
  return {"rum-browser", "browser.request: ", "webjs"};
}

}  // namespace clew::receive_rum
