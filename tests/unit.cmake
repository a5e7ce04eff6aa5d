# SPDX-License-Identifier: MIT
# What links with a folder's library: unit/, model/, translator/.

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

# tests/translator/<file>_test.c, each with the other files of the folder; a .S
# file that has a _start is a program without a libc that the tests run
# (DEJA_ASM: where).
file(GLOB tests CONFIGURE_DEPENDS translator/*_test.c)
file(GLOB helpers CONFIGURE_DEPENDS translator/*.c)
file(GLOB programs CONFIGURE_DEPENDS translator/*.S)
set(asm ${CMAKE_CURRENT_BINARY_DIR}/translator)
file(MAKE_DIRECTORY ${asm})
set(built "")
foreach(source ${programs})
  get_filename_component(name ${source} NAME_WE)
  file(STRINGS ${source} start REGEX "^_start:")
  if(NOT start)
    list(APPEND helpers ${source})
    continue()
  endif()
  add_custom_command(OUTPUT ${asm}/${name}
    COMMAND ${CMAKE_C_COMPILER} -g -nostdlib -static -no-pie -I ${CMAKE_CURRENT_SOURCE_DIR}/translator
            ${source} -o ${asm}/${name}
    DEPENDS ${source} VERBATIM)
  list(APPEND built ${asm}/${name})
endforeach()
add_custom_target(translator_programs ALL DEPENDS ${built})
if(tests)
  list(REMOVE_ITEM helpers ${tests})
  if(helpers)
    add_library(translator_helpers STATIC ${helpers})
    target_link_libraries(translator_helpers
      PUBLIC deja_syscalls deja_tracee deja_translator deps::zydis deps::cmocka PRIVATE deja_options)
    target_include_directories(translator_helpers PUBLIC translator)
  endif()
endif()
foreach(source ${tests})
  get_filename_component(file ${source} NAME_WE)
  string(REGEX REPLACE "_test$" "" name ${file})
  add_executable(translator_${name} ${source})
  if(TARGET translator_helpers)
    target_link_libraries(translator_${name} PRIVATE translator_helpers)
  endif()
  target_link_libraries(translator_${name} PRIVATE deja_syscalls deja_tracee deja_translator
                        deja_options deps::zydis deps::cmocka)
  target_compile_definitions(translator_${name} PRIVATE DEJA_ASM="${asm}")
  add_dependencies(translator_${name} translator_programs)
  deja_test(translator/${name} slow 600 translator_${name})
endforeach()
