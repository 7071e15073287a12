using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class ExperimentTests
{
    private const string Route = "/api/v1/operators/commerce/experiment";

    private static readonly ExperimentOptions Running = new() { Name = "trial", Weights = "price=0.5", SharePercent = 20, MinSample = 100 };

    private static readonly ArmStats Arm = new()
    {
        Arm = "control",
        Decisions = 1000,
        AverageTotalCents = 5000,
        TotalDeviation = 100,
        AverageCommissionCents = 150,
        CommissionDeviation = 5,
        AverageMinutes = 60,
        ConfirmedPercent = 40,
        AverageRating = 4.5m,
        RatingDeviation = 0.8m,
        Ratings = 100,
    };

    [Test]
    public void A_shopper_stays_in_the_same_arm_and_a_larger_share_only_adds_shoppers()
    {
        var shoppers = Enumerable.Range(0, 5000).Select(number => $"user-{number}").ToArray();

        var ten = shoppers.Where(shopper => ExperimentAssignment.ArmOf("trial", shopper, 10) == ExperimentAssignment.Variant).ToHashSet();
        var thirty = shoppers.Where(shopper => ExperimentAssignment.ArmOf("trial", shopper, 30) == ExperimentAssignment.Variant).ToHashSet();

        Assert.That(ten.Count, Is.EqualTo(500).Within(100));
        Assert.That(ten.IsSubsetOf(thirty), Is.True);
        Assert.That(shoppers.Where(shopper => ExperimentAssignment.ArmOf("other", shopper, 10) == ExperimentAssignment.Variant), Is.Not.EquivalentTo(ten));
    }

    [Test]
    public void Without_an_experiment_there_is_no_arm() =>
        Assert.That(ExperimentAssignment.Apply(new ExperimentOptions(), "u", ScoreWeights.Default), Is.EqualTo((ScoreWeights.Default, (string?)null)));

    [Test]
    public void The_variant_gets_the_weights_of_the_setting()
    {
        var variant = Enumerable.Range(0, 100).Select(number => $"u{number}")
            .First(user => ExperimentAssignment.ArmOf("trial", user, 20) == ExperimentAssignment.Variant);

        var (weights, arm) = ExperimentAssignment.Apply(Running, variant, ScoreWeights.Default);

        Assert.That(weights, Is.EqualTo(ScoreWeights.Default with { Price = 0.5m }));
        Assert.That(arm, Is.EqualTo("trial:variant"));
    }

    private static IEnumerable<TestCaseData> Verdicts()
    {
        yield return Case(Arm with { Decisions = 99 }, Verdict.InsufficientSample);
        yield return Case(Arm, Verdict.NoDifference);
        yield return Case(Arm with { AverageTotalCents = 4900 }, Verdict.Better);
        yield return Case(Arm with { AverageTotalCents = 5100 }, Verdict.Worse);
        yield return Case(Arm with { AverageTotalCents = 5001 }, Verdict.NoDifference);
        yield return Case(Arm with { AverageCommissionCents = 160 }, Verdict.Better);
        yield return Case(Arm with { AverageTotalCents = 5251, AverageCommissionCents = 900 }, Verdict.GuardrailBreached);
        yield return Case(Arm with { AverageTotalCents = 5251, TotalDeviation = 9000 }, Verdict.NoDifference);
        yield return Case(Arm with { ConfirmedPercent = 33 }, Verdict.GuardrailBreached);
        yield return Case(Arm with { ConfirmedPercent = 37 }, Verdict.NoDifference);
        yield return Case(Arm with { ConfirmedPercent = 37, Decisions = 100_000 }, Verdict.GuardrailBreached);
        yield return Case(Arm with { ConfirmedPercent = 39, Decisions = 100_000 }, Verdict.NoDifference);
        yield return Case(Arm with { AverageRating = 4.1m }, Verdict.GuardrailBreached);
        yield return Case(Arm with { AverageRating = 4.1m, RatingDeviation = 3m }, Verdict.NoDifference);
        yield return Case(Arm with { AverageRating = 1m, Ratings = 5 }, Verdict.NoDifference);

        static TestCaseData Case(ArmStats variant, Verdict verdict) => new(variant, verdict);
    }

    [TestCaseSource(nameof(Verdicts))]
    public void An_experiment_is_judged_by_sample_guardrail_and_difference(ArmStats variant, Verdict verdict) =>
        Assert.That(VerdictPolicy.Judge(Arm, variant, Running), Is.EqualTo(verdict));

    [Test]
    public async Task Arms_are_logged_and_reported_with_their_orders_and_ratings()
    {
        // Orders of mocks count in no figure.
        await using var app = await RouterFixture.StartAsync(
            [new FakeGateway(ProviderId.WalmartApi).At(1000), new FakeGateway(ProviderId.MealMe).At(1500, etaMinutes: 35)],
            ("LOOPGPT_ENABLE_INSTACART", "false"),
            ("LOOPGPT_ENABLE_KROGER", "false"),
            ("LOOPGPT_EXPERIMENT", "trial"),
            ("LOOPGPT_EXPERIMENT_WEIGHTS", "priority=0,price=0,speed=5,commission=0"),
            ("LOOPGPT_EXPERIMENT_SHARE_PERCENT", "49"));
        var users = Enumerable.Range(0, 12).Select(number => $"user-{number}").ToArray();
        foreach (var user in users)
        {
            var body = await app.RouteAsync(Baskets.Three($$""","userId":"{{user}}" """));
            var isVariant = ExperimentAssignment.ArmOf("trial", user, 49) == ExperimentAssignment.Variant;
            Assert.That(body.GetProperty("providerId").GetString(), Is.EqualTo(isVariant ? "MEALME" : "WALMART_API"), user);
            if (isVariant)
            {
                var answer = await app.ConfirmAsync(body.GetProperty("confirmationToken").GetString()!, user);
                await app.PostAsync(
                    "loopgpt_record_outcome",
                    $$"""{"orderId":"{{answer.GetProperty("orderId").GetString()}}","providerId":"MEALME","wasSuccessful":true,"itemsOrdered":3,"userRating":4}""",
                    RouterFixture.Key);
            }
        }

        await app.FlushLogAsync();
        var arms = await app.Services.GetRequiredService<EdgeLogStore>()
            .ReadArmsAsync("trial", TimeProvider.System.GetUtcNow().AddHours(-1), CancellationToken.None);

        Assert.That(arms.Select(arm => arm.Arm), Is.EqualTo(new[] { "control", "variant" }));
        Assert.That(arms.Sum(arm => arm.Decisions), Is.EqualTo(users.Length));
        Assert.That((arms[0].AverageTotalCents, arms[0].ConfirmedPercent, arms[0].AverageRating), Is.EqualTo((6000m, 0m, (decimal?)null)));
        Assert.That((arms[1].AverageTotalCents, arms[1].ConfirmedPercent, arms[1].AverageRating), Is.EqualTo((9000m, 100m, (decimal?)4m)));
        Assert.That(arms[1].AverageMinutes, Is.EqualTo(35m));

        var report = await OperatorAsync(app, "");
        Assert.That(report.GetProperty("verdict").GetString(), Is.EqualTo("insufficient_sample"));
        Assert.That(report.GetProperty("is_running").GetBoolean(), Is.True);
        Assert.That(report.GetProperty("arms")[1].GetProperty("confirmed_percent").GetDecimal(), Is.EqualTo(100));
        var unknown = await OperatorAsync(app, "?name=another");
        Assert.That((unknown.GetProperty("is_running").GetBoolean(), unknown.GetProperty("arms").GetArrayLength()), Is.EqualTo((false, 0)));
    }

    [Test]
    public async Task Without_an_experiment_the_report_is_not_found_and_it_needs_the_operator_s_key()
    {
        await using var app = await RouterFixture.StartAsync(("OPERATOR_API_KEY", "operator-key"));

        Assert.That(await StatusAsync("operator-key"), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(RouterFixture.Key), Is.EqualTo(HttpStatusCode.Forbidden));

        async Task<HttpStatusCode> StatusAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Route);
            request.Headers.Add("X-API-Key", key);
            using var response = await app.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    private static async Task<JsonElement> OperatorAsync(RouterFixture app, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Route + query);
        request.Headers.Add("X-API-Key", RouterFixture.Key);
        using var response = await app.Client.SendAsync(request);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>())!;
    }
}
