#include "ranks/exchange.hpp"

#include <gmock/gmock.h>

#include "cnnbench/core/error.hpp"
#include "rank_threads.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

// Weights of 1.2 MB in three parts, which make two buckets; of 600,000 numbers.
std::vector<Parameter> weights(double first = 0.5) {
  std::vector<Parameter> out;
  for (const std::int64_t size : {200'000, 300'000, 100})
    out.push_back({"w", at::full({size}, first, at::kFloat).set_requires_grad(true), true, 0});
  return out;
}

// A loss whose gradients are known: `factor` for each weight.
at::Tensor loss_of(const std::vector<Parameter>& parameters, double factor) {
  at::Tensor sum = at::zeros({});
  for (const Parameter& p : parameters) sum = sum + p.value.sum() * factor;
  return sum;
}

std::unique_ptr<Exchange> exchange_of(Meeting& meeting, int rank, int size) {
  return std::make_unique<Exchange>(rank, size, c10::make_intrusive<ThreadBackend>(meeting, rank, size));
}

void expect_gradients(const std::vector<Parameter>& parameters, double value) {
  for (const Parameter& p : parameters) EXPECT_TRUE(at::allclose(p.value.grad(), at::full_like(p.value, value))) << value;
}

void forget(const std::vector<Parameter>& parameters) {
  for (const Parameter& p : parameters) at::Tensor(p.value).mutable_grad().reset();
}

TEST(Exchange, GradientsAreTheSumOfAllRanksWhicheverWayTheyGo) {
  for (const GradientExchange how : {GradientExchange::overlapped, GradientExchange::after, GradientExchange::none})
    as_ranks(3, [how](int rank, Meeting& meeting) {
      const std::vector<Parameter> parameters = weights();
      const auto exchange = exchange_of(meeting, rank, 3);
      exchange->attach(parameters, how);
      for (int step = 1; step <= 3; ++step) {
        exchange->before_forward();
        exchange->backward(loss_of(parameters, step * (rank + 1)));
        expect_gradients(parameters, how == GradientExchange::none ? step * (rank + 1) : step * 6);
        forget(parameters);
      }
      EXPECT_EQ(exchange->seconds().bytes, how == GradientExchange::none ? 0u : 3u * 4u * 500'100u);
      EXPECT_EQ(exchange->seconds().steps, how == GradientExchange::none ? 0u : 3u);
    });
}

TEST(Exchange, GradientsThatAreAddedUpGoOnce) {
  for (const GradientExchange how : {GradientExchange::overlapped, GradientExchange::after})
    as_ranks(2, [how](int rank, Meeting& meeting) {
      const std::vector<Parameter> parameters = weights();
      const auto exchange = exchange_of(meeting, rank, 2);
      exchange->attach(parameters, how);
      for (int update = 0; update < 2; ++update) {
        for (int batch = 0; batch < 3; ++batch) {
          exchange->before_forward(batch == 2);
          exchange->backward(loss_of(parameters, rank + 1), batch == 2);
        }
        expect_gradients(parameters, 9);  // three times 1 and 2
        forget(parameters);
      }
      EXPECT_EQ(exchange->seconds().bytes, 2u * 4u * 500'100u);
    });
}

TEST(Exchange, RanksThatBeganOtherwiseAreRefused) {
  EXPECT_THROW(as_ranks(2,
                        [](int rank, Meeting& meeting) {
                          const auto exchange = exchange_of(meeting, rank, 2);
                          exchange->attach(weights(rank == 0 ? 0.5 : 0.25), GradientExchange::overlapped);
                        }),
               Error);
}

TEST(Exchange, WhatARankWishesHappensOnAllAfterTheNextStep) {
  as_ranks(2, [](int rank, Meeting& meeting) {
    const auto exchange = exchange_of(meeting, rank, 2);
    EXPECT_EQ(exchange->agreed({.signal = rank == 1 ? 15 : 0}).signal, 0);
    const Wishes all = exchange->agreed({.state_due = rank == 0});
    EXPECT_EQ(all.signal, 15);
    EXPECT_FALSE(all.state_due);
    EXPECT_TRUE(exchange->agreed({}).state_due);
    EXPECT_EQ(exchange->of_first(rank == 0 ? "the first's" : "the other's"), "the first's");
    EXPECT_EQ(exchange->of_first(rank == 0 ? "" : "the other's"), "");
    EXPECT_EQ(exchange->largest(rank), 1);
    const auto all_of = exchange->gather(at::full({2}, rank, at::kLong));
    EXPECT_EQ(all_of[1][0].item<std::int64_t>(), std::int64_t{1});
  });
}

TEST(Exchange, IsMeasuredAlone) {
  as_ranks(2, [](int rank, Meeting& meeting) {
    const auto exchange = exchange_of(meeting, rank, 2);
    exchange->attach(weights(), GradientExchange::overlapped);
    const ExchangeAlone alone = exchange->measure_alone();
    EXPECT_GT(alone.one_number, 0);
    EXPECT_GT(alone.step, alone.one_number);  // two megabytes against four bytes
    EXPECT_GE(alone.beside_work, 0);
    EXPECT_EQ(exchange->seconds().bytes, 0u) << "it is no step's";
  });
}

}  // namespace
}  // namespace cnnbench
