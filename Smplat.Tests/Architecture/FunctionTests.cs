using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>The declarations of every function, and that the app can construct their classes.</summary>
public sealed class FunctionTests
{
    private static readonly (Type Type, MethodInfo Method, FunctionAttribute Function)[] All =
    [
        .. from type in typeof(SmplatHost).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           select (type, method, function),
    ];

    [Test]
    public void A_class_is_named_for_its_resource_and_stands_in_the_root_of_the_project() =>
        Assert.That(
            from entry in All
            where entry.Type != typeof(Timers) && !entry.Type.Name.EndsWith("Functions", StringComparison.Ordinal)
                || entry.Type.Namespace != typeof(SmplatHost).Namespace
            select entry.Type.FullName,
            Is.Empty);

    [Test]
    public void A_method_is_named_for_its_function() =>
        Assert.That(
            from entry in All
            let isAsync = typeof(Task).IsAssignableFrom(entry.Method.ReturnType)
            where entry.Method.Name != entry.Function.Name + (isAsync ? "Async" : "")
            select $"{entry.Type.Name}.{entry.Method.Name} is {entry.Function.Name}",
            Is.Empty);

    [Test]
    public void Timers_stand_on_one_page() =>
        Assert.That(
            from entry in All
            let isTimer = entry.Method.GetParameters().Any(parameter => parameter.GetCustomAttribute<TimerTriggerAttribute>() is not null)
            where isTimer != (entry.Type == typeof(Timers))
            select $"{entry.Type.Name}.{entry.Method.Name}",
            Is.Empty);

    [Test]
    public void Every_http_function_declares_its_scope_or_why_it_is_open() =>
        Assert.That(
            from entry in All
            where TriggerOf(entry.Method) is not null
            let key = entry.Method.GetCustomAttribute<RequireKeyAttribute>()
            let open = entry.Method.GetCustomAttribute<OpenToAllAttribute>()
            where key is null == open is null || (open is not null && open.Reason.Length < 10)
            select entry.Function.Name,
            Is.Empty);

    [Test]
    public void Every_open_function_has_a_rate_category() =>
        Assert.That(
            from entry in All
            where entry.Method.IsDefined(typeof(OpenToAllAttribute)) && !entry.Method.IsDefined(typeof(RateLimitAttribute))
            select entry.Function.Name,
            Is.Empty);

    [Test]
    public void An_open_function_reads_more_than_64_kib_only_for_a_known_reason() =>
        Assert.That(
            from entry in All
            where entry.Method.IsDefined(typeof(OpenToAllAttribute)) && FunctionTraits.BodyLimitOf(entry.Method) > RequestBody.MaxOpenBytes
            select entry.Function.Name,
            Is.EquivalentTo(new[]
            {
                "ReceiveStripeWebhook", "TakeMealMeWebhook", // signed events with whole objects in them
                "TakeTrustContent", // authorized by its header before the body is read
                "RouteOrder", // the contract of the router names 10 MiB; callers without a key have 10 requests a minute
            }));

    [Test]
    public void Every_http_function_states_the_host_level_and_is_described() =>
        Assert.That(
            from entry in All
            let trigger = TriggerOf(entry.Method)
            where trigger is not null && entry.Function.Name != "AnswerPreflight"
            where trigger.AuthLevel != AuthorizationLevel.Anonymous || trigger.Methods is null
                || entry.Method.GetCustomAttribute<OperationAttribute>() is null
            select entry.Function.Name,
            Is.Empty);

    [Test]
    public void Every_function_that_waits_can_be_cancelled() =>
        Assert.That(
            from entry in All
            where typeof(Task).IsAssignableFrom(entry.Method.ReturnType)
                && entry.Method.GetParameters().Last().ParameterType != typeof(CancellationToken)
            select entry.Function.Name,
            Is.Empty);

    [Test]
    public void No_function_takes_a_store() =>
        Assert.That(
            from type in All.Select(entry => entry.Type).Distinct()
            from parameter in type.GetConstructors().Single().GetParameters()
            where parameter.ParameterType.Name.EndsWith("Store", StringComparison.Ordinal)
                && parameter.ParameterType != typeof(JobQueries)
            select $"{type.Name} takes {parameter.ParameterType.Name}",
            Is.Empty);

    [Test]
    public void Routes_do_not_overlap_because_the_host_picks_by_name()
    {
        var routes = (
            from entry in All
            let trigger = TriggerOf(entry.Method)
            where trigger is not null && entry.Function.Name != "AnswerPreflight"
            from method in trigger.Methods!
            select (entry.Function.Name, Method: method.ToUpperInvariant(), Route: trigger.Route!.Trim('/'))).ToArray();

        Assert.That(
            from first in routes
            from second in routes
            where string.CompareOrdinal(first.Name, second.Name) < 0 && first.Method == second.Method && Overlap(first.Route, second.Route)
            select $"{first.Name} and {second.Name} ({first.Method} {first.Route} / {second.Route})",
            Is.Empty);
    }

    [Test]
    public async Task The_app_can_make_every_function_and_job()
    {
        await using var app = await SmplatApp.StartAsync();
        await using var scope = app.Services.CreateAsyncScope();

        Assert.Multiple(() =>
        {
            foreach (var type in All.Select(entry => entry.Type).Distinct())
            {
                Assert.That(() => ActivatorUtilities.CreateInstance(scope.ServiceProvider, type), Throws.Nothing, type.Name);
            }
        });
        Assert.That(app.Services.GetRequiredService<JobRegistry>().All, Is.Not.Empty);
    }

    [Test]
    public async Task Every_job_has_a_timer()
    {
        await using var app = await SmplatApp.StartAsync();
        var timers = string.Concat(Repository.ProductFiles("Timers.cs").Select(File.ReadAllText));

        Assert.That(
            app.Services.GetRequiredService<JobRegistry>().All
                .Where(job => !timers.Contains($"\"{job.Definition.Id}\"", StringComparison.Ordinal)
                    && !timers.Contains($"{job.GetType().Name}.", StringComparison.Ordinal))
                .Select(job => job.Definition.Id),
            Is.Empty);
    }

    private static HttpTriggerAttribute? TriggerOf(MethodInfo method) =>
        method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null);

    /// <summary>The same number of segments, each with equal text or with a parameter that can match the other's text.</summary>
    private static bool Overlap(string first, string second)
    {
        var (left, right) = (first.Split('/'), second.Split('/'));
        return left.Length == right.Length && left.Zip(right).All(pair => Meets(pair.First, pair.Second) || Meets(pair.Second, pair.First));
    }

    private static bool Meets(string parameter, string other)
    {
        if (!parameter.StartsWith('{'))
        {
            return parameter.Equals(other, StringComparison.OrdinalIgnoreCase);
        }

        return !parameter.Contains(":guid", StringComparison.Ordinal)
            || other.StartsWith('{')
            || Guid.TryParse(other, out _);
    }
}
