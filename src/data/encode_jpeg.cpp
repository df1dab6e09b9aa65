#include "cnnbench/data/encode_jpeg.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <new>

// Wants <cstdio> before it.
#include <jpeglib.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

// Leaves by longjmp on an error; nothing with a destructor lives in the frame that is jumped over.
struct Compression {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  std::jmp_buf escape;
  unsigned char* bytes;
  unsigned long size;
};

bool compress(Compression& compression, const ImageView& picture, const JpegSettings& settings) {
  if (setjmp(compression.escape) != 0) return false;
  jpeg_compress_struct& info = compression.info;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &compression.bytes, &compression.size);
  info.image_width = static_cast<JDIMENSION>(picture.size.width);
  info.image_height = static_cast<JDIMENSION>(picture.size.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, settings.quality, TRUE);
  info.comp_info[0].h_samp_factor = settings.chroma_across;
  info.comp_info[0].v_samp_factor = settings.chroma_down;
  if (settings.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  const auto row_bytes = static_cast<std::size_t>(picture.size.width) * 3;
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<std::uint8_t*>(picture.pixels) + info.next_scanline * row_bytes;  // libjpeg only reads it
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(ImageView picture, const JpegSettings& settings) {
  Compression compression{};
  compression.info.err = jpeg_std_error(&compression.errors);
  compression.info.client_data = &compression;
  compression.errors.error_exit = [](j_common_ptr c) { std::longjmp(static_cast<Compression*>(c->client_data)->escape, 1); };
  compression.errors.output_message = [](j_common_ptr) {};
  const bool done = compress(compression, picture, settings);
  char text[JMSG_LENGTH_MAX] = {};
  if (!done) compression.errors.format_message(reinterpret_cast<j_common_ptr>(&compression.info), text);
  jpeg_destroy_compress(&compression.info);
  std::vector<std::uint8_t> bytes;
  if (done) bytes.assign(compression.bytes, compression.bytes + compression.size);
  std::free(compression.bytes);
  if (!done) throw Error(ExitCode::failed, std::string("could not encode a JPEG: ") + text);
  return bytes;
}

}  // namespace cnnbench
