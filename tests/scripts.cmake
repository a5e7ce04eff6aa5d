# SPDX-License-Identifier: MIT
# Tests that are scripts. The first lines of one may say "# label: slow" (else
# quick), "# timeout: SECONDS" (else 120), and "# alone": no other test runs meanwhile.

function(deja_script_tests folder pattern default_label)
  file(GLOB scripts CONFIGURE_DEPENDS ${folder}/${pattern})
  foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    string(REGEX REPLACE "^roundtrip/real$" "real" prefix ${folder})
    file(STRINGS ${script} head LIMIT_COUNT 6)
    set(label ${default_label})
    set(timeout 120)
    if("${head}" MATCHES "# label: ([a-z]+)")
      set(label ${CMAKE_MATCH_1})
    endif()
    if("${head}" MATCHES "# timeout: ([0-9]+)")
      set(timeout ${CMAKE_MATCH_1})
    endif()
    if(folder STREQUAL "roundtrip/real")
      foreach(variant plain verify)
        deja_test(${prefix}/${name}/${variant} ${label} ${timeout} ${script} ${variant})
      endforeach()
    else()
      deja_test(${prefix}/${name} ${label} ${timeout} ${script})
      if("${head}" MATCHES "# alone")
        set_tests_properties(${prefix}/${name} PROPERTIES RUN_SERIAL TRUE)
      endif()
    endif()
  endforeach()
endfunction()

# What the scripts of fault/ use besides.
add_executable(changed_event fault/changed_event.c)
target_link_libraries(changed_event PRIVATE deja_traces deja_options)

deja_script_tests(roundtrip/real "*.sh" real)
deja_script_tests(debug "*_test.sh" quick)
deja_script_tests(fault "*_test.sh" quick)
deja_script_tests(cli "*_test.sh" quick)
