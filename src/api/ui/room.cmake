# The page's files become a source of this room.
file(GLOB page_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/minimal/*)
set(page_source ${CMAKE_BINARY_DIR}/generated/ui_files.cc)
add_custom_command(
  OUTPUT ${page_source}
  COMMAND ${CMAKE_COMMAND} -DOUT=${page_source} -DFOLDER=${CMAKE_SOURCE_DIR}/web/minimal
          -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${page_files} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  VERBATIM)
target_sources(clew_${name} PRIVATE ${page_source})
