// Where the sound inputs in corpus/ come from: our own writers and the tests' encoders. CNNBENCH_UPDATE_GOLDEN=1 writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "cnnbench/results/state_file.hpp"
#include "report/sample_results.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"
#include "targets.hpp"

namespace cnnbench::fuzz {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

// Where CNNBENCH_UPDATE_GOLDEN asks for it.
void seed(const std::string& target, const std::string& name, const std::string& bytes) {
  const fs::path file = fs::path(CNNBENCH_SOURCE_DIR) / "tests/fuzz/corpus" / target / ("sound-" + name);
  if (std::getenv("CNNBENCH_UPDATE_GOLDEN")) {
    fs::create_directories(file.parent_path());
    write_atomic(file, bytes);
  }
  EXPECT_TRUE(fs::exists(file)) << file << ": CNNBENCH_UPDATE_GOLDEN=1 writes it";
}

std::string with_choices(const test::Encoded& bytes, std::string choices) {
  choices.insert(0, Choices::bytes - choices.size(), '\0');
  return std::string(bytes.begin(), bytes.end()) + choices;
}

TEST(FuzzSeeds, OfPictures) {
  const test::Picture p = test::blotches({12, 10}, 3);
  const auto put = [](const std::string& name, const test::Encoded& bytes) {
    seed("picture", name, with_choices(bytes, ""));
    // From the end on: bilinear, fast, EXIF applied, another size, every augmentation.
    seed("picture", name + "-turned", with_choices(bytes, "\x05\x07\x9f\x01\x11\x09\x01\x01\x01\x01"));
  };
  put("rgb.png", test::encode_png(p));
  seed("picture", "palette.png", with_choices(test::encode_png(p, test::PngKind::palette), ""));
  seed("picture", "interlaced.png", with_choices(test::encode_png(p, test::PngKind::interlaced), ""));
  put("jpg", encode_jpeg(p));
  put("webp", test::encode_webp(p));
  put("tiff", test::encode_tiff(p, 6));
  put("bmp", test::encode_bmp(p));
  put("ppm", test::encode_ppm(p));
  // Two by two pixels of two colours, and interlaced.
  for (const char flags : {'\x00', '\x40'}) {
    const std::string gif = "GIF89a\2\0\2\0\x80\0\0\xff\xff\xff\x00\x20\x40,\0\0\0\0\2\0\2\0"s + flags + "\2\3\x44\x02\x05\0;"s;
    put(flags ? "interlaced.gif" : "gif", {gif.begin(), gif.end()});
  }
}

TEST(FuzzSeeds, OfCifar) {
  const test::Encoded bytes(40, 7);
  seed("cifar", "record", with_choices(bytes, ""));
  seed("cifar", "file", with_choices(bytes, "\x01"));
  seed("cifar", "resized", with_choices(bytes, "\x02\x00"s));
}

TEST(FuzzSeeds, OfConfigs) {
  for (const char* name : {"cifar10", "catdog_dropout"}) {
    const Experiment e = load_experiment(find_config(name), {});
    seed("config", name, to_json(e).dump());
  }
  seed(
      "config", "sets",
      "// a comment\n{\"extends\": \"cifar10.json\"}\0train.epochs=3\0augment.brightness=[0.5, 1.5]\0model.layers=[{\"type\":\"flatten\"},"s +
          "{\"type\":\"residual\",\"layers\":[{\"type\":\"dense\",\"units\":10}]}]");
}

TEST(FuzzSeeds, OfStates) {
  const test::TemporaryFolder folder;
  const float numbers[] = {1, 2, 3};
  const std::vector<TensorView> tensors{{"weights.conv_1.weight", "F32", {3, 1}, std::as_bytes(std::span(numbers))}};
  RunState run;
  run.result = report::sample_run("a").result;
  write_state(folder.path() / "state", tensors, run);
  // Without checksums: what it says of the run can be changed.
  const std::string text = to_json(run).dump();
  write_safetensors(folder.path() / "run",
                    {{"run", "U8", {static_cast<std::int64_t>(text.size())}, std::as_bytes(std::span(text))}}, {});
  for (const char* name : {"state", "run"}) seed("state", name, folder.get(name));
}

TEST(FuzzSeeds, OfResults) {
  const Results all = report::sample_results();
  const std::vector<Row> one{all.rows.front()}, two{all.rows[4], all.rows[6]};
  const auto first = [](char kind) { return std::string(1, kind); };  // the kind modulo 5
  seed("results", "rows.jsonl", first(5) + rows_text(two, RowFormat::jsonl));
  seed("results", "rows.csv", first(6) + rows_text(two, RowFormat::csv));
  seed("results", "rows.json", first(7) + rows_text(one, RowFormat::json));
  seed("results", "result.json", first(8) + result_text(all.runs.front().result));
  seed("results", "samples", first(4) + "{\"cell\":\"0123456789abcdef\",\"ips\":12.5}\n{\"cell\":");
}

TEST(FuzzSeeds, OfAxes) {
  seed("axes", "ranges", "loader.workers=1-8*2\nloader.batch_size=32,64\ntrain.epochs=0-30+10");
  seed("axes", "lists", "data.image_size=32,[48,64]\naugment.contrast=null,[0.5,1.5]\ntrain.device=cuda:0,cpu");
}

TEST(FuzzSeeds, OfMarkup) {
  const std::string texts = "cat & <b>dog</b>\0\"'>\0\xff\xfe\0e\xcc\x81 \xe2\x80\xae\0"s;
  for (int kind = 0; kind < 4; ++kind)
    seed("markup", "chart" + std::to_string(kind),
         texts + std::string(8, '\x03') + "\x01\x02\x03\x04\x05\x06"s + static_cast<char>(kind) + '\0');
  seed("markup", "page", texts + std::string(15, '\x07') + '\x01');
}

}  // namespace
}  // namespace cnnbench::fuzz
