# The UI's files become a source of this room. All build folders share what web/ builds to: it does not depend on the compiler.
option(CLEW_UI "Build the browser UI into the server (needs Node and, once, a package registry)" ON)
if(CLEW_UI)
  file(GLOB_RECURSE ui_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/*)
  list(FILTER ui_sources EXCLUDE REGEX "_test\\.tsx?$")
  set(ui_folder ${CMAKE_SOURCE_DIR}/build/web)
  set(ui_source ${ui_folder}/ui_files.cc)
  add_custom_command(
    OUTPUT ${ui_source}
    COMMAND ${CMAKE_SOURCE_DIR}/web/tool/build_ui ${ui_folder}
    DEPENDS ${ui_sources} ${CMAKE_SOURCE_DIR}/web/index.html ${CMAKE_SOURCE_DIR}/web/vite.config.ts
            ${CMAKE_SOURCE_DIR}/web/package-lock.json ${CMAKE_SOURCE_DIR}/examples/index.json ${CMAKE_SOURCE_DIR}/web/tsconfig.json
            ${CMAKE_SOURCE_DIR}/web/tool/build_ui ${CMAKE_SOURCE_DIR}/web/tool/embed_files.mjs
    COMMENT "Building the browser UI"
    VERBATIM)
else()
  set(ui_source ${folder}/without_ui.cc.in)
  configure_file(${ui_source} ${CMAKE_BINARY_DIR}/generated/ui_files.cc COPYONLY)
  set(ui_source ${CMAKE_BINARY_DIR}/generated/ui_files.cc)
endif()
target_sources(clew_${name} PRIVATE ${ui_source})
