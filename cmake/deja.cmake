# SPDX-License-Identifier: MIT
# One library a folder. Files are included by their path from the root
# ("traces/writer.h"), yet a folder sees only the folders it names in DEPENDS:
# each library publishes a directory that holds nothing but a link to its own
# folder, so an include upward does not compile.

set(DEJA_WARNINGS -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes)

add_library(deja_options INTERFACE)
target_compile_features(deja_options INTERFACE c_std_11)
target_compile_options(deja_options INTERFACE
  $<$<COMPILE_LANGUAGE:C>:${DEJA_WARNINGS}>
  $<$<BOOL:${DEJA_WERROR}>:-Werror>)
target_compile_definitions(deja_options INTERFACE _GNU_SOURCE)

# deja_library(NAME [SOURCES file...] [DEPENDS folder...] [LIBRARIES target...])
# SOURCES defaults to every .c file of the folder; a folder of headers alone has
# nothing to link.
function(deja_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  endif()
  set(view ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${name} SYMBOLIC)
  if(NOT ARG_SOURCES)
    add_library(deja_${name} INTERFACE)
    target_include_directories(deja_${name} INTERFACE ${view})
    foreach(folder ${ARG_DEPENDS})
      target_link_libraries(deja_${name} INTERFACE deja_${folder})
    endforeach()
    return()
  endif()
  add_library(deja_${name} STATIC ${ARG_SOURCES})
  target_include_directories(deja_${name} PUBLIC ${view})
  target_link_libraries(deja_${name} PRIVATE deja_options)
  foreach(folder ${ARG_DEPENDS})
    target_link_libraries(deja_${name} PUBLIC deja_${folder})
  endforeach()
  target_link_libraries(deja_${name} PRIVATE ${ARG_LIBRARIES})
endfunction()
