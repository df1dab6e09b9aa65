#include <gmock/gmock.h>

#include "loading.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using testing::config_with;
using ::testing::ElementsAre;
using testing::faults_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(ConfigText, AllowsComments) {
  EXPECT_THAT(faults_of("// what it is for\n" + config_with("/* off\n for now */ \"loader\": {\"workers\": 2}")), IsEmpty());
}

TEST(ConfigText, IgnoresTheSchemaKeyAtTheTopOnly) {
  EXPECT_THAT(faults_of(config_with(R"("$schema": "schema.json")")), IsEmpty());
  EXPECT_THAT(faults_of(config_with(R"("train": {"$schema": "schema.json"})")), ElementsAre(HasSubstr("unknown key '$schema'")));
}

TEST(ConfigText, SyntaxFaultsNameLineAndColumn) {
  EXPECT_THAT(faults_of("{\n  \"a\": nope\n}"), ElementsAre(StartsWith("a.json:2:9: not valid JSON: ")));
  EXPECT_THAT(faults_of("{\n\"a\": [1, 2,\n]}"),
              ElementsAre("a.json:3:1: not valid JSON: there is a comma before the closing bracket"));
  EXPECT_THAT(faults_of("{\"a\": 1 \"b\": 2}"), ElementsAre(HasSubstr("is a comma missing?")));
  EXPECT_THAT(faults_of("{\"a\": NaN}"), ElementsAre(StartsWith("a.json:1:7: not valid JSON")));
  EXPECT_THAT(faults_of("{\"a\": 1e999}"), ElementsAre(HasSubstr("number overflow")));
  EXPECT_THAT(faults_of("{\"name\": \"\xff\"}"), ElementsAre(HasSubstr("ill-formed UTF-8")));
  EXPECT_THAT(faults_of("{} {}"), ElementsAre(StartsWith("a.json:1:4: not valid JSON")));
  EXPECT_THAT(faults_of(""), ElementsAre(HasSubstr("unexpected end of input")));
}

TEST(ConfigText, TheTopIsAnObject) {
  EXPECT_THAT(faults_of("[]"), ElementsAre("a.json:1: expected an object, got an array of 0"));
  EXPECT_THAT(faults_of("7"), ElementsAre("a.json:1: expected an object, got 7"));
}

TEST(ConfigText, LinesOfNumbersAreTheirOwn) {
  // The parser sees that a number has ended only at the line's end.
  EXPECT_THAT(faults_of(config_with("\"augment\": {\"contrast\": [\n  500,\n  600\n]}")),
              ElementsAre(StartsWith("a.json:3: /augment/contrast/0: 500 is out"),
                          StartsWith("a.json:4: /augment/contrast/1: 600 is out")));
}

TEST(ConfigText, AKeyGivenTwiceIsAFault) {
  EXPECT_THAT(faults_of(config_with("\"loader\": {\"workers\": 1,\n\"shuffle\": true,\n\"workers\": 2}")),
              ElementsAre("a.json:4: /loader/workers: key 'workers' is given twice (first in line 2)"));
  EXPECT_THAT(faults_of("{\"data\": {\"kind\": \"drawn\"}, \"model\": {\"layers\": [{\"type\": \"flatten\"},\n"
                        "{\"type\": \"flatten\", \"type\": \"lrn\"}]}}"),
              ElementsAre(StartsWith("a.json:2: /model/layers/1/type: key 'type' is given twice")));
}

TEST(ConfigText, DepthIsBounded) {
  EXPECT_THAT(faults_of("{\"a\":" + std::string(1000000, '[')),
              ElementsAre("a.json:1: nested more than 64 deep: this is no config"));
  nlohmann::json nested = nlohmann::json::array();
  for (int i = 0; i < 5000; ++i) {
    nlohmann::json outer = nlohmann::json::array();
    outer.push_back(std::move(nested));
    nested = std::move(outer);
  }
  nlohmann::json document;
  document["model"]["layers"] = std::move(nested);
  EXPECT_THROW((void)experiment_from_json(document), Error);
}

TEST(ConfigText, SizeIsBounded) {
  EXPECT_THAT(faults_of(std::string((4 << 20) + 1, ' ')), ElementsAre(HasSubstr("larger than 4 MiB")));
  std::string many = "{\"a\": [0";
  for (int i = 0; i < 100000; ++i) many += ",0";
  EXPECT_THAT(faults_of(many + "]}"), ElementsAre(HasSubstr("more than 50000 values")));
}

TEST(ConfigFile, UnreadableIsAnErrorNotACrash) {
  const test::TemporaryFolder tree;
  EXPECT_THROW((void)load_experiment(tree.path() / "absent.json", {}), Error);
  EXPECT_THROW((void)load_experiment(tree.path(), {}), Error);
  EXPECT_THROW((void)load_experiment("/dev/zero", {}), Error);
  EXPECT_THROW((void)load_experiment("/dev/null", {}), Error);
}

}  // namespace
}  // namespace cnnbench
