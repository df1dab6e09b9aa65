// A path that a person wrote and that is not there is an error that names the nearest one, never a reason to use something else.
// Drawn pictures stand in for the folder that a shipped config names by itself, and for nothing else.
#include "cnnbench/core/missing_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/data/picture_files.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/verify.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class MissingPath : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(tree.path() / "sets/catdog");
    setenv("CNNBENCH_DATA", (tree.path() / "sets").c_str(), 1);
  }
  void TearDown() override { unsetenv("CNNBENCH_DATA"); }
  static Experiment shipped(const Overrides& overrides) { return load_experiment(find_config("catdog_original"), overrides); }
  static Error error_of(const std::function<void()>& what) {
    try {
      what();
    } catch (const Error& e) {
      return e;
    }
    return Error(ExitCode::ok, "no error");
  }
  static Error error_of(const Experiment& e) {
    return error_of([&] { require_data_path(e.data); });
  }
  const test::TemporaryFolder tree;
};

TEST_F(MissingPath, NamesTheNearestThatIsThere) {
  const std::string root = tree.path().string();
  EXPECT_EQ(missing_path(root + "/sets/catdgo"), root + "/sets/catdgo is not there; " + root + "/sets holds catdog");
  EXPECT_EQ(missing_path(root + "/stes/catdog/"), root + "/stes/catdog/ is not there; " + root + " holds sets");
  EXPECT_EQ(missing_path(root + "/sets/flowers"),
            root + "/sets/flowers is not there; the nearest folder that is there is " + root + "/sets");
  tree.put("file", "");
  EXPECT_EQ(missing_path(root + "/file/x"), root + "/file/x is not there; " + root + "/file is no folder");
}

TEST_F(MissingPath, AVariableThatIsNotSetIsTheReason) {
  unsetenv("CNNBENCH_TEST_UNSET");
  const Error e = error_of(shipped({.sets = {"data.path=$CNNBENCH_TEST_UNSET/catdog"}, .environment = {}}));
  EXPECT_EQ(e.code(), ExitCode::usage);
  EXPECT_THAT(e.what(),
              HasSubstr("data.path: $CNNBENCH_TEST_UNSET/catdog is not there: the variable CNNBENCH_TEST_UNSET is not set"));
}

TEST_F(MissingPath, OfASetIsAnError) {
  const std::string typo = (tree.path() / "sets/catdgo").string();
  const Error e = error_of(shipped({.sets = {"data.path=" + typo}, .environment = {}}));
  EXPECT_EQ(e.code(), ExitCode::usage);
  EXPECT_THAT(e.what(), HasSubstr(tree.path().string() + "/sets holds catdog"));
  EXPECT_EQ(error_of([&] { open_splits(shipped({.sets = {"data.path=" + typo}, .environment = {}}).data); }).code(),
            ExitCode::usage);
}

TEST_F(MissingPath, OfTheEnvironmentIsAnError) {
  EXPECT_EQ(error_of(shipped({.sets = {}, .environment = {{"CNNBENCH_DATA_PATH", "/typo"}}})).code(), ExitCode::usage);
}

TEST_F(MissingPath, OfAConfigThatExtendsAShippedOneIsAnError) {
  const auto file = tree.put("mine.json", R"({"extends": "catdog_original.json", "data": {"path": "sets/catdgo"}})");
  const Error e = error_of(load_experiment(file, {}));
  EXPECT_EQ(e.code(), ExitCode::usage);
  EXPECT_THAT(e.what(), HasSubstr("sets holds catdog"));  // below $CNNBENCH_DATA, where such a path is looked for too
}

TEST_F(MissingPath, OfACopyOfAShippedConfigIsAnError) {
  const auto file =
      tree.put("copy.json", R"({"data": {"path": "/typo", "fallback": "drawn"}, "model": {"preset": "catdog_original"}})");
  EXPECT_EQ(error_of(load_experiment(file, {})).code(), ExitCode::usage);
}

TEST_F(MissingPath, IsReplacedWhereAShippedConfigNamesIt) {
  fs::remove(tree.path() / "sets/catdog");
  EXPECT_EQ(error_of(shipped({})).code(), ExitCode::ok);
  const auto file = tree.put("mine.json", R"({"extends": "catdog_original.json", "train": {"epochs": 1}})");
  EXPECT_EQ(error_of(load_experiment(file, {})).code(), ExitCode::ok);
}

// bench hands its children what it resolved.
TEST_F(MissingPath, StaysWhatItWasInAResolvedConfig) {
  fs::remove(tree.path() / "sets/catdog");
  const auto again = [&](const Experiment& e) { return load_experiment(tree.put("cell.json", to_json(e).dump()), {}); };
  EXPECT_EQ(error_of(again(shipped({}))).code(), ExitCode::ok);
  EXPECT_EQ(error_of(again(shipped({.sets = {"data.path=data/catdog"}, .environment = {}}))).code(), ExitCode::usage);
}

TEST_F(MissingPath, OfTheDataRootIsAnError) {
  setenv("CNNBENCH_DATA", (tree.path() / "stes").c_str(), 1);
  const Error e = error_of(shipped({}));
  EXPECT_EQ(e.code(), ExitCode::usage);
  EXPECT_THAT(e.what(),
              HasSubstr("CNNBENCH_DATA: " + tree.path().string() + "/stes is not there; " + tree.path().string() + " holds sets"));
}

TEST_F(MissingPath, OfPicturesAndResultsIsNamedLikewise) {
  const fs::path typo = tree.path() / "set";
  for (const Error& e : {error_of([&] { named_pictures({typo.string()}); }), error_of([&] { load_results({typo}); }),
                         error_of([&] { verify(typo); })}) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_THAT(e.what(), HasSubstr("holds sets"));
  }
}

}  // namespace
}  // namespace cnnbench
