# The rules become a source of this room, as one string.
set(rules_file ${CMAKE_SOURCE_DIR}/src/useragent/uap_core/regexes.yaml)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${rules_file})
file(READ ${rules_file} rules_text)
set(rules_source ${CMAKE_BINARY_DIR}/generated/user_agent_rules_text.cc)
file(CONFIGURE OUTPUT ${rules_source} @ONLY CONTENT
"// Generated from src/useragent/uap_core/regexes.yaml.
#include \"useragent/user_agent_rules_text.h\"

namespace clew::useragent {
std::string_view rules_yaml() {
  static constexpr char kText[] = R\"uapcore(@rules_text@)uapcore\";
  return {kText, sizeof kText - 1};
}
}  // namespace clew::useragent
")
target_sources(clew_${name} PRIVATE ${rules_source})
