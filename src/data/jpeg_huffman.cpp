#include "jpeg_huffman.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#include <jerror.h>

namespace cnnbench::codec {
namespace {

// Place in a block by place in the data (T.81, figure A.6).
constexpr std::array<std::uint8_t, 64> natural_order = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// Damaged data can take more than there are: at most so many bytes in one MCU, of 10 blocks with 64 codes of 16 + 15 bits.
constexpr std::size_t most_mcu_bytes = D_MAX_BLOCKS_IN_MCU * DCTSIZE2 * 31 / 8 + 64;

// A quick entry has no more bits than its index, and a refill gives 56.
constexpr int steps_per_refill = 4;
static_assert((steps_per_refill + 1) * HuffmanTable::peek_bits <= 56);

#ifdef LIBJPEG_TURBO_VERSION
constexpr bool known_library = true;
#else
constexpr bool known_library = false;
#endif

// By the first frame header: the library's object does not tell of every process that some version can decode.
bool is_sequential_huffman(std::span<const std::uint8_t> jpeg) {
  constexpr std::uint8_t baseline = 0xc0, extended_sequential = 0xc1, huffman_tables = 0xc4, extension = 0xc8, arithmetic = 0xcc;
  for (std::size_t i = 2; i + 3 < jpeg.size() && jpeg[i] == 0xff;) {
    const std::uint8_t marker = jpeg[i + 1];
    if (marker == 0xff) {  // a fill byte
      ++i;
      continue;
    }
    const bool frame =
        marker >= baseline && marker <= 0xcf && marker != huffman_tables && marker != extension && marker != arithmetic;
    if (frame) return marker == baseline || marker == extended_sequential;
    i += 2 + (static_cast<std::size_t>(jpeg[i + 2]) << 8 | jpeg[i + 3]);
  }
  return false;
}

int extended(std::uint64_t bits, int size) {
  const int value = static_cast<int>(bits);
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

}  // namespace

void HuffmanTable::prepare(const JHUFF_TBL& table, bool dc) {
  if (prepared_ && std::equal(counts_.begin() + 1, counts_.end(), table.bits + 1) &&
      std::equal(symbols_.begin(), symbols_.end(), table.huffval))
    return;  // as in the picture before: most have the same ones
  std::copy(table.bits + 1, std::end(table.bits), counts_.begin() + 1);
  std::copy(std::begin(table.huffval), std::end(table.huffval), symbols_.begin());
  dc_ = dc;
  prepared_ = true;
  quick_.fill({});
  std::uint32_t code = 0;
  std::int32_t place = 0;
  for (int length = 1; length <= 16; ++length) {
    const auto l = static_cast<std::size_t>(length);
    place_[l] = place - static_cast<std::int32_t>(code);
    for (int i = 0; i < counts_[l]; ++i, ++code, ++place) {
      const Code found = code_of(symbols_[static_cast<std::size_t>(place) & 0xff], length);
      const int unknown = peek_bits - length;  // bits of the index after the code
      if (unknown < 0) continue;
      const Entry part{0, static_cast<std::uint8_t>(length), {found.ahead, 0}, {static_cast<std::int16_t>(found.size), 0}};
      for (std::uint32_t j = code << unknown; j < (code + 1) << unknown; ++j)
        quick_[j] = found.size > unknown ? part : entry_of(found, static_cast<std::uint64_t>(j) << (64 - peek_bits));
    }
    end_[l] = code << (16 - length);
    code <<= 1;
  }
  if (dc_) return;
  const std::array<Entry, 1U << peek_bits> alone = quick_;
  for (std::size_t i = 0; i < quick_.size(); ++i) {
    Entry& entry = quick_[i];
    if (entry.bits == 0 || entry.ahead[0] == end_of_block) continue;
    const Entry& next = alone[(i << entry.bits) & (quick_.size() - 1)];
    if (next.bits == 0 || entry.bits + next.bits > peek_bits) continue;
    entry.bits = static_cast<std::uint8_t>(entry.bits + next.bits);
    entry.ahead[1] = next.ahead[0];
    entry.value[1] = next.value[0];
  }
}

HuffmanTable::Code HuffmanTable::code_of(unsigned symbol, int length) const {
  const int size = static_cast<int>(symbol & 15);
  const unsigned run = dc_ ? 0 : symbol >> 4;
  const unsigned ahead = size == 0 && !dc_ && run != 15 ? end_of_block : run + 1;
  return {length, size, static_cast<std::uint8_t>(ahead)};
}

HuffmanTable::Entry HuffmanTable::entry_of(const Code& code, std::uint64_t top) {
  const int value = code.size == 0 ? 0 : extended(top << code.length >> (64 - code.size), code.size);
  const auto bits = static_cast<std::uint8_t>(code.length + code.size);
  const auto narrow = static_cast<std::int16_t>(value);
  return {bits, bits, {code.ahead, 0}, {narrow, narrow}};
}

HuffmanTable::Code HuffmanTable::search(std::uint64_t top) const {
  const auto code = static_cast<std::uint32_t>(top >> 48);
  for (int length = peek_bits + 1; length <= 16; ++length) {
    const auto l = static_cast<std::size_t>(length);
    if (code >= end_[l]) continue;
    const std::int32_t place = static_cast<std::int32_t>(code >> (16 - length)) + place_[l];
    return code_of(symbols_[static_cast<std::size_t>(place) & 0xff], length);
  }
  return {};
}

HuffmanTable::Entry HuffmanTable::find_long(std::uint64_t top, const Entry& quick) const {
  const Code code = quick.first > 0 ? Code{quick.first, quick.value[0], quick.ahead[0]} : search(top);
  return code.length > 0 ? entry_of(code, top) : Entry{.ahead = {no_coefficient, 0}};
}

inline void JpegHuffman::Bits::refill() {
  std::uint64_t eight = 0;
  std::memcpy(&eight, next, sizeof eight);
  if constexpr (std::endian::native == std::endian::little) eight = __builtin_bswap64(eight);
  buffer |= eight >> count;  // bits beyond those accounted for may be there already, and are the same
  next += (63 - count) >> 3;
  count |= 56;
}

JpegHuffman::JpegHuffman() {
  entropy_.self = this;
  entropy_.start_pass = [](j_decompress_ptr) {};  // the scan has been started
  entropy_.decode_mcu = [](j_decompress_ptr info, JBLOCKROW* blocks) -> boolean {
    JpegHuffman& self = *reinterpret_cast<Entropy*>(info->entropy)->self;
    if (self.mcu(*info, blocks)) return TRUE;
    self.gave_up_ = true;
    info->err->msg_code = JWRN_HUFF_BAD_CODE;
    info->err->error_exit(reinterpret_cast<j_common_ptr>(info));
    return FALSE;
  };
}

bool JpegHuffman::take_over(jpeg_decompress_struct& info, std::span<const std::uint8_t> stored) {
  if (!known_library || !is_sequential_huffman(stored) || info.progressive_mode || info.arith_code || info.data_precision != 8 ||
      jpeg_has_multiple_scans(&info) || info.comps_in_scan != info.num_components)
    return false;
  if (!lay_out(info)) return false;
  for (int b = 0; b < info.blocks_in_MCU; ++b) {
    const int component = info.MCU_membership[b];
    const auto dc = static_cast<std::size_t>(info.cur_comp_info[component]->dc_tbl_no),
               ac = static_cast<std::size_t>(info.cur_comp_info[component]->ac_tbl_no);
    if (dc >= NUM_HUFF_TBLS || ac >= NUM_HUFF_TBLS || !info.dc_huff_tbl_ptrs[dc] || !info.ac_huff_tbl_ptrs[ac]) return false;
    dc_[dc].prepare(*info.dc_huff_tbl_ptrs[dc], true);
    ac_[ac].prepare(*info.ac_huff_tbl_ptrs[ac], false);
    blocks_[static_cast<std::size_t>(b)] = {&dc_[dc], &ac_[ac], component};
  }
  segment_ = 0;
  bits_ = {.next = bytes_.data()};
  last_dc_ = {};
  info.entropy = reinterpret_cast<jpeg_entropy_decoder*>(&entropy_);
  return true;
}

// The whole of the scan's data at once: so the loop over coefficients meets neither stuffed zeros nor markers.
bool JpegHuffman::lay_out(const jpeg_decompress_struct& info) {
  mcus_left_ = static_cast<std::uint64_t>(info.MCUs_per_row) * info.MCU_rows_in_scan;
  mcus_to_restart_ = info.restart_interval > 0 ? info.restart_interval : mcus_left_;
  const std::uint8_t* from = info.src->next_input_byte;
  const std::uint8_t* const end = from + info.src->bytes_in_buffer;
  bytes_.resize(info.src->bytes_in_buffer + most_mcu_bytes);
  ends_.clear();
  std::uint8_t* to = bytes_.data();
  for (;;) {
    const auto* ff = static_cast<const std::uint8_t*>(std::memchr(from, 0xff, static_cast<std::size_t>(end - from)));
    if (ff == nullptr || end - ff < 2) return false;  // it ends without a marker
    to = std::copy(from, ff, to);
    from = ff + 2;
    if (ff[1] == 0) {
      *to++ = 0xff;
      continue;
    }
    ends_.push_back(static_cast<std::size_t>(to - bytes_.data()));
    marker_ = ff;
    const bool restart = ff[1] >= JPEG_RST0 && ff[1] < JPEG_RST0 + 8;
    if (!restart) break;
    if (ff[1] != JPEG_RST0 + (ends_.size() - 1) % 8) return false;
  }
  std::fill_n(to, most_mcu_bytes, std::uint8_t{0});
  return *(marker_ + 1) == 0xd9 && ends_.size() == (mcus_left_ + mcus_to_restart_ - 1) / mcus_to_restart_;
}

// Less than a byte is left, as the padding before a marker.
bool JpegHuffman::segment_is_used_up() const {
  const std::ptrdiff_t left = 8 * (bytes_.data() + ends_[segment_] - bits_.next) + bits_.count;
  return left >= 0 && left < 8;
}

bool JpegHuffman::next_segment() {
  if (!segment_is_used_up()) return false;
  bits_ = {.next = bytes_.data() + ends_[segment_++]};
  last_dc_ = {};
  return true;
}

// False: damaged.
inline bool JpegHuffman::block(const Block& block, Bits& bits, JCOEF* out) {
  bits.refill();
  HuffmanTable::Entry dc = block.dc->quick(bits.buffer);
  if (dc.bits == 0) dc = block.dc->find_long(bits.buffer, dc);
  bits.take(dc.bits);
  int& last = last_dc_[static_cast<std::size_t>(block.component)];
  last += dc.value[0];
  if (dc.bits == 0 || last != static_cast<JCOEF>(last)) return false;
  out[0] = static_cast<JCOEF>(last);
  for (unsigned k = 0;;) {
    bits.refill();
    bool quick = true;
    for (int step = 0; step < steps_per_refill && quick; ++step) {
      HuffmanTable::Entry ac = block.ac->quick(bits.buffer);
      quick = ac.bits > 0;
      if (!quick) [[unlikely]] {
        bits.refill();
        ac = block.ac->find_long(bits.buffer, ac);
      }
      const Bits before = bits;
      bits.take(ac.bits);
      k += ac.ahead[0];
      if (k >= 63) {  // a second code is the next block's
        bits = before;
        bits.take(ac.first);
        if (k == 63) out[63] = ac.value[0];
        return k == 63 || k >= HuffmanTable::end_of_block;
      }
      out[natural_order[k]] = ac.value[0];
      k += ac.ahead[1];
      if (k > 63) return k >= HuffmanTable::end_of_block;
      out[natural_order[k]] = ac.value[1];
      if (k == 63) return true;
    }
  }
}

bool JpegHuffman::mcu(jpeg_decompress_struct& info, JBLOCKROW* blocks) {
  if (mcus_to_restart_ == 0) {
    if (!next_segment()) return false;
    mcus_to_restart_ = info.restart_interval;
  }
  if (bits_.next > bytes_.data() + ends_[segment_] + sizeof(std::uint64_t)) return false;
  Bits bits = bits_;
  for (int b = 0; b < info.blocks_in_MCU; ++b)
    if (!block(blocks_[static_cast<std::size_t>(b)], bits, *blocks[b])) return false;
  bits_ = bits;
  --mcus_to_restart_;
  if (--mcus_left_ > 0) return true;
  if (!segment_is_used_up()) return false;
  // The library goes on at the marker.
  info.src->bytes_in_buffer -= static_cast<std::size_t>(marker_ - info.src->next_input_byte);
  info.src->next_input_byte = marker_;
  return true;
}

}  // namespace cnnbench::codec
