# SPDX-License-Identifier: MIT
# tests/programs/<area>/<behaviour>.c: guest programs, compiled without the
# project's own flags (a sanitizer has no place in a tracee). A file
# <behaviour>.flags beside it adds flags. Each runs in every variant of
# tests/roundtrip/variants that applies to it.

set(guests ${CMAKE_CURRENT_BINARY_DIR}/programs)
file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/programs programs/*/*.c)
file(STRINGS roundtrip/variants variants REGEX "^[a-z]")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/roundtrip/variants)
set(built "")
foreach(source ${sources})
  string(REGEX REPLACE "\\.c$" "" name ${source})
  get_filename_component(area ${source} DIRECTORY)
  file(MAKE_DIRECTORY ${guests}/${area})
  set(path ${CMAKE_CURRENT_SOURCE_DIR}/programs/${source})
  set(flags "")
  set(flags_file ${CMAKE_CURRENT_SOURCE_DIR}/programs/${name}.flags)
  if(EXISTS ${flags_file})
    file(STRINGS ${flags_file} flags REGEX "^[^#]")
    separate_arguments(flags)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${flags_file})
  endif()
  add_custom_command(OUTPUT ${guests}/${name}
    COMMAND ${CMAKE_C_COMPILER} -std=gnu11 -O1 -g -Wall -Wextra -D_GNU_SOURCE
            -I ${CMAKE_CURRENT_SOURCE_DIR}/programs ${path} -o ${guests}/${name} ${flags}
    DEPENDS ${path} ${CMAKE_CURRENT_SOURCE_DIR}/programs/check.h VERBATIM)
  list(APPEND built ${guests}/${name})
  foreach(line ${variants})
    string(REGEX MATCH "^[a-z-]+" variant ${line})
    deja_test(roundtrip/${name}/${variant} quick 120
      ${CMAKE_CURRENT_SOURCE_DIR}/roundtrip/run ${name} ${variant})
  endforeach()
endforeach()
add_custom_target(guest_programs ALL DEPENDS ${built})
