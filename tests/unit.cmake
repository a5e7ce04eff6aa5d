# SPDX-License-Identifier: MIT
# What links with a folder's library: unit/, model/.

# tests/unit/<folder>/<file>_test.c, with deja_<folder>.
file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/unit unit/*/*_test.c)
foreach(source ${sources})
  string(REGEX MATCH "^([^/]+)/(.*)_test\\.c$" unused ${source})
  set(folder ${CMAKE_MATCH_1})
  set(file ${CMAKE_MATCH_2})
  set(target unit_${folder}_${file})
  add_executable(${target} unit/${source})
  target_link_libraries(${target} PRIVATE deja_${folder} deja_options deps::cmocka)
  deja_test(unit/${folder}/${file} quick 60 ${target})
endforeach()

# tests/model: the table of system calls against the kernel, one executable.
file(GLOB sources CONFIGURE_DEPENDS model/*.c)
if(sources)
  add_executable(model ${sources})
  target_link_libraries(model PRIVATE deja_syscalls deja_options deps::cmocka)
  target_include_directories(model PRIVATE model)
  deja_test(model quick 120 model)
endif()
