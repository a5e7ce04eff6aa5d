# SPDX-License-Identifier: MIT
# tests/translator/<file>_test.c, each with the other .c files of the folder and
# the .S files without a _start. Files <name>.S with a _start are programs without
# a libc: translator_steps runs each natively and translated, and compares.

file(GLOB tests CONFIGURE_DEPENDS translator/*_test.c)
file(GLOB helpers CONFIGURE_DEPENDS translator/*.c)
file(GLOB sources CONFIGURE_DEPENDS translator/*.S)
list(REMOVE_ITEM helpers ${tests})
set(programs "")
foreach(source ${sources})
  file(STRINGS ${source} start REGEX "^_start:" LIMIT_COUNT 1)
  if(start)
    list(APPEND programs ${source})
  else()
    list(APPEND helpers ${source})
  endif()
endforeach()

add_library(translator_helpers STATIC ${helpers})
target_link_libraries(translator_helpers
  PUBLIC deja_tracee deja_translator deja_syscalls deps::zydis deps::cmocka PRIVATE deja_options)
target_include_directories(translator_helpers PUBLIC translator)
foreach(source ${tests})
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "_test$" "" name ${name})
  add_executable(translator_${name} ${source})
  target_link_libraries(translator_${name} PRIVATE translator_helpers deja_options)
  if(NOT name STREQUAL "steps")
    deja_test(translator/${name} slow 600 translator_${name})
  endif()
endforeach()

# clang's own assembler does not know all prefixes that the programs write out.
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  set(asm_options -fno-integrated-as -Wno-unused-command-line-argument)
endif()
set(asm ${CMAKE_CURRENT_BINARY_DIR}/translator)
file(MAKE_DIRECTORY ${asm})
set(built "")
foreach(source ${programs})
  get_filename_component(name ${source} NAME_WE)
  add_custom_command(OUTPUT ${asm}/${name}
    COMMAND ${CMAKE_C_COMPILER} ${asm_options} -nostdlib -static -no-pie ${source} -o ${asm}/${name}
    DEPENDS ${source} ${CMAKE_CURRENT_SOURCE_DIR}/translator/program.h
            ${CMAKE_CURRENT_SOURCE_DIR}/translator/deep_calls.h
            ${CMAKE_CURRENT_SOURCE_DIR}/translator/branch_faults.h VERBATIM)
  list(APPEND built ${asm}/${name})
  deja_test(translator/steps/${name} quick 120 translator_steps ${asm}/${name})
endforeach()

# Programs of the system: their first instructions, at ticks drawn at random.
function(deja_steps_of name insns)
  deja_test(translator/steps/first_of_${name} slow 240
    translator_steps -n ${insns} -d 100 ${ARGN})
endfunction()
deja_steps_of(ls 100000 /usr/bin/ls -l /usr)
deja_steps_of(python3 100000 /usr/bin/python3 -c pass)
deja_steps_of(busybox 100000 /usr/bin/busybox ls -l /)
find_program(CXX_COMPILER NAMES c++ g++ clang++)
if(CXX_COMPILER)
  # Static, or 100,000 instructions would all be the dynamic loader's; as PIE, or
  # the unwinder would first sort all of the unwind information.
  add_custom_command(OUTPUT ${asm}/throws
    COMMAND ${CXX_COMPILER} -O1 -static-pie ${CMAKE_CURRENT_SOURCE_DIR}/translator/throws.cc -o ${asm}/throws
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/translator/throws.cc VERBATIM)
  list(APPEND built ${asm}/throws)
endif()
deja_steps_of(throws 200000 ${asm}/throws)
add_custom_target(translator_programs ALL DEPENDS ${built})
