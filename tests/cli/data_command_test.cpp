#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using testing::HasSubstr;

struct Ran {
  std::string out, err, error;
  ExitCode code = ExitCode::ok;
};

Ran run(std::vector<std::string> arguments) {
  CLI::App app;
  add_data(app);
  std::reverse(arguments.begin(), arguments.end());
  Ran ran;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(arguments);
  } catch (const Error& e) {
    ran.code = e.code();
    ran.error = e.what();
  } catch (const CLI::Error& e) {
    ran.code = ExitCode::usage;
    ran.error = e.what();
  }
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

TEST(DataCommand, MakeDrawsAndSaysWhere) {
  const test::TemporaryFolder f;
  const std::string out = f.path() / "new";
  const Ran ran = run({"data", "make", "--train", "4", "--validation", "2", "--seed", "3", "--out", out});
  EXPECT_EQ(ran.code, ExitCode::ok) << ran.error;
  EXPECT_EQ(ran.out, "drawn in " + out + ": 4 training and 2 validation pictures\n");
  EXPECT_EQ(ran.err, "") << "where stderr is no terminal, quick work says nothing";
  EXPECT_EQ(run({"data", "make", "--out", out}).code, ExitCode::usage) << "nothing is overwritten";
}

TEST(DataCommand, CheckListsBadFilesAndFails) {
  const test::TemporaryFolder f;
  const std::string set = f.path();
  test::write_file(f.path() / "cat/1.jpg", encode_jpeg(test::blotches({9, 9}, 1)));
  test::write_file(f.path() / "dog/1.jpg", encode_jpeg(test::blotches({9, 9}, 1)));
  EXPECT_EQ(run({"data", "check", set}).code, ExitCode::ok);
  test::write_file(f.path() / "dog/2.jpg", {'x'});
  const Ran ran = run({"data", "check", set});
  EXPECT_EQ(ran.code, ExitCode::failed);
  EXPECT_EQ(ran.error, "1 of 3 pictures are bad");
  EXPECT_THAT(ran.out, HasSubstr("dog: 2 pictures, 1 bad\n"));
  EXPECT_THAT(ran.out, HasSubstr("bad: dog/2.jpg: not a picture"));
  const Ran json = run({"data", "check", set, "--json"});
  EXPECT_EQ(json.code, ExitCode::failed);
  const auto document = nlohmann::json::parse(json.out);
  EXPECT_EQ(document["schema_version"], 1);
  EXPECT_EQ(document["pictures"], 3);
  EXPECT_EQ(document["bad"][0]["file"], "dog/2.jpg");
  EXPECT_EQ(document["formats"]["JPEG"], 2);
}

TEST(DataCommand, ImportReportsPerClass) {
  const test::TemporaryFolder f;
  for (const char* name : {"cat.1.jpg", "cat.2.jpg", "dog.1.jpg", "dog.2.jpg"})
    test::write_file(f.path() / "in" / name, encode_jpeg(test::blotches({9, 9}, 1)));
  const Ran ran = run({"data", "import", f.path() / "in", f.path() / "out", "--train", "1", "--validation", "1"});
  EXPECT_EQ(ran.code, ExitCode::ok) << ran.error;
  EXPECT_THAT(ran.out, HasSubstr("cat: 1 for training, 1 for validation, 0 left over\n"));
  EXPECT_THAT(ran.out, HasSubstr("0 pictures are bad"));
}

TEST(DataCommand, WantsASubcommand) { EXPECT_EQ(run({"data"}).code, ExitCode::usage); }

}  // namespace
}  // namespace cnnbench
