# Target cnnbench_opencv: core and imgproc. Debian keeps OpenCVConfig.cmake in libopencv-dev, which drags in 600 MB for
# modules we do not use, so the two libraries are found by themselves.
find_path(OPENCV_INCLUDE opencv2/imgproc.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE opencv_core REQUIRED)
find_library(OPENCV_IMGPROC opencv_imgproc REQUIRED)
add_library(cnnbench_opencv INTERFACE)
target_include_directories(cnnbench_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE})
target_link_libraries(cnnbench_opencv INTERFACE ${OPENCV_IMGPROC} ${OPENCV_CORE})
