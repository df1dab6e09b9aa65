# cmake --install build/release --prefix DIR: bin, lib/cnnbench, share by the usual rules; the whole can be moved, and finds its
# parts from where the program is. scripts/stage.sh adds the libraries of others for machines that do not have them.
include(GNUInstallDirs)
set(private_libraries lib/cnnbench) # nobody else's, so that no loader's path has to hold it
# The program's rpath is of the old kind (DT_RPATH), which also holds for the libraries that its libraries need.
target_link_options(cnnbench PRIVATE LINKER:--disable-new-dtags)
set_target_properties(cnnbench PROPERTIES INSTALL_RPATH "$ORIGIN/../${private_libraries}")
install(TARGETS cnnbench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(libraries cnnbench_core)
if(CNNBENCH_NN)
  list(APPEND libraries cnnbench_nn)
endif()
set_target_properties(${libraries} PROPERTIES INSTALL_RPATH "$ORIGIN")
install(TARGETS ${libraries} LIBRARY DESTINATION ${private_libraries})
install(DIRECTORY configs DESTINATION share/cnnbench)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION share/doc/cnnbench)
# What it says of itself, as it is built: nothing of this lies in the repository.
install(CODE "set(program \"$<TARGET_FILE:cnnbench>\")")
install(CODE [[
  set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share")
  execute_process(COMMAND ${program} man --all ${root}/man/man1 COMMAND_ERROR_IS_FATAL ANY)
  foreach(shell bash zsh fish)
    execute_process(COMMAND ${program} completion ${shell} OUTPUT_VARIABLE script_of_${shell} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  file(WRITE "${root}/bash-completion/completions/cnnbench" "${script_of_bash}")
  file(WRITE "${root}/zsh/site-functions/_cnnbench" "${script_of_zsh}")
  file(WRITE "${root}/fish/vendor_completions.d/cnnbench.fish" "${script_of_fish}")
]])
