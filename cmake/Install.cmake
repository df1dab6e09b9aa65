# cmake --install build/release --prefix DIR: the program as scripts/bundle.sh packs it, a folder that can be moved:
# DIR/cnnbench, DIR/lib, DIR/configs. Not a system-wide installation.
# The program's rpath is of the old kind (DT_RPATH), which also holds for the libraries that its libraries need.
target_link_options(cnnbench PRIVATE LINKER:--disable-new-dtags)
set_target_properties(cnnbench PROPERTIES INSTALL_RPATH "$ORIGIN/lib")
install(TARGETS cnnbench RUNTIME DESTINATION .)
set(libraries cnnbench_core)
if(CNNBENCH_NN)
  list(APPEND libraries cnnbench_nn)
endif()
set_target_properties(${libraries} PROPERTIES INSTALL_RPATH "$ORIGIN")
install(TARGETS ${libraries} LIBRARY DESTINATION lib)
install(DIRECTORY configs DESTINATION .)
install(FILES LICENSE DESTINATION .)
