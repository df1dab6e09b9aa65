// The Huffman half of a baseline JPEG, which is most of the time that libjpeg-turbo takes for a small output: the coefficients
// of one MCU after the other, into the library's own buffers, from where it goes on as ever (inverse DCT, raw data or
// scanlines). It asks for them through a struct of two functions first of all, in every libjpeg-turbo; its header, jpegint.h, is
// not installed everywhere, so the declaration is ours. Built beside another libjpeg, nothing is taken over; whether the library
// that is loaded goes with it is seen at first use (own_huffman_fits).
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <span>
#include <utility>
#include <vector>

// Wants <cstdio> before it.
#include <jpeglib.h>

namespace cnnbench::codec {

// ITU-T T.81, annex F.2.2: canonical codes, "receive and extend".
class HuffmanTable {
 public:
  static constexpr int peek_bits = 11;
  static constexpr unsigned end_of_block = 128, no_coefficient = 64;  // beyond the block, wherever in it

  // A code with its additional bits, and the one after it where both are short enough to be found in one step: the next bits need
  // not wait for each code by itself.
  struct Entry {
    std::uint8_t bits = 0;    // of both, 1 to 31
    std::uint8_t first = 0;   // bits of the first
    std::uint8_t ahead[2]{};  // coefficients, the value's own included; end_of_block: no more of them; 0: there is no second,
    std::int16_t value[2]{};  //   which repeats the first's value
  };

  // `table` as the library has validated it for a scan. `dc`: symbols are sizes, not runs and sizes, and each is found alone.
  void prepare(const JHUFF_TBL& table, bool dc);
  // By the next bits, of which `top` has peek_bits or more. No bits: more of them are looked at in find_long, which wants 31, and
  // has no bits and no_coefficient ahead where there is no such code.
  Entry quick(std::uint64_t top) const { return quick_[top >> (64 - peek_bits)]; }
  Entry find_long(std::uint64_t top, const Entry& quick) const;

 private:
  struct Code {
    int length = 0, size = 0;  // of the code, and of what follows it
    std::uint8_t ahead = 0;
  };
  Code code_of(unsigned symbol, int length) const;
  Code search(std::uint64_t top) const;
  static Entry entry_of(const Code&, std::uint64_t top);

  // By the next bits. Where they have a code but not all that follows it: no bits, the code's length as `first`, the number of
  // bits that follow as value[0].
  std::array<Entry, 1U << peek_bits> quick_{};
  std::array<std::uint32_t, 17> end_{};   // of a length: one past its last code, left-aligned in 16 bits
  std::array<std::int32_t, 17> place_{};  // what to add to a code of that length for its place in `symbols_`
  std::array<std::uint8_t, 256> symbols_{};
  std::array<std::uint8_t, 17> counts_{};
  bool dc_ = false, prepared_ = false;
};

// Whether a picture comes out the same with and without it, with the library that is loaded. Asked once, answered from then on.
bool own_huffman_fits();

class JpegHuffman {
 public:
  JpegHuffman();
  JpegHuffman(const JpegHuffman&) = delete;
  JpegHuffman& operator=(const JpegHuffman&) = delete;

  // Takes over the picture that jpeg_start_decompress has just begun from memory (jpeg_mem_src of `stored`). False: left to the
  // library, for it is progressive, arithmetic, lossless, in several scans, or its entropy-coded data are not plainly laid out.
  bool take_over(jpeg_decompress_struct&, std::span<const std::uint8_t> stored);

  // Whether, since this was last asked, error_exit was called for irregular data: then the picture is to be decoded by the library
  // alone, which says what is wrong, or makes of it what it makes.
  bool gave_up() { return std::exchange(gave_up_, false); }

 private:
  struct Entropy {
    void (*start_pass)(j_decompress_ptr) = nullptr;
    boolean (*decode_mcu)(j_decompress_ptr, JBLOCKROW*) = nullptr;
    void* others[8]{};  // what versions have after these is for other processes, or a flag that stays 0
    JpegHuffman* self = nullptr;
  };
  struct Block {  // of an MCU
    const HuffmanTable *dc = nullptr, *ac = nullptr;
    int component = 0;
  };
  struct Bits {
    const std::uint8_t* next = nullptr;
    std::uint64_t buffer = 0;  // the first bit uppermost
    int count = 0;             // of those in `buffer` that are accounted for
    void refill();             // to 56 or more
    void take(unsigned n) {
      buffer <<= n;
      count -= static_cast<int>(n);
    }
  };

  bool lay_out(const jpeg_decompress_struct&);
  bool mcu(jpeg_decompress_struct&, JBLOCKROW* blocks);
  bool block(const Block&, Bits&, JCOEF* out);
  bool next_segment();
  bool segment_is_used_up() const;

  Entropy entropy_;
  std::array<HuffmanTable, NUM_HUFF_TBLS> dc_, ac_;
  std::array<Block, D_MAX_BLOCKS_IN_MCU> blocks_;
  std::vector<std::uint8_t> bytes_;       // without the stuffed zeros and the restart markers
  std::vector<std::size_t> ends_;         // of the segments between restarts, in bytes_
  const std::uint8_t* marker_ = nullptr;  // after the data
  std::size_t segment_ = 0;
  std::uint64_t mcus_left_ = 0, mcus_to_restart_ = 0;
  std::array<int, MAX_COMPS_IN_SCAN> last_dc_{};
  Bits bits_;
  bool gave_up_ = false;
};

}  // namespace cnnbench::codec
