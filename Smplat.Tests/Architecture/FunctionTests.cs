using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>What every function declares, and that the app can make each of them.</summary>
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
    public void A_class_is_named_for_its_one_function() =>
        Assert.That(All.Where(entry => entry.Type.Name != entry.Function.Name + "Function").Select(entry => entry.Type.Name), Is.Empty);

    [Test]
    public void Every_http_function_declares_its_scope_or_why_it_is_open() =>
        Assert.That(
            from entry in All
            where TriggerOf(entry.Method) is not null
            let key = entry.Type.GetCustomAttribute<RequireKeyAttribute>()
            let open = entry.Type.GetCustomAttribute<OpenToAllAttribute>()
            where key is null == open is null || (open is not null && open.Reason.Length < 10)
            select entry.Type.Name,
            Is.Empty);

    [Test]
    public void Every_http_function_states_the_host_level_and_is_described() =>
        Assert.That(
            from entry in All
            let trigger = TriggerOf(entry.Method)
            where trigger is not null && entry.Function.Name != "AnswerPreflight"
            where trigger.AuthLevel != AuthorizationLevel.Anonymous || trigger.Methods is null
                || entry.Method.GetCustomAttribute<OperationAttribute>() is null
            select entry.Type.Name,
            Is.Empty);

    [Test]
    public void Every_function_that_waits_can_be_cancelled() =>
        Assert.That(
            from entry in All
            where typeof(Task).IsAssignableFrom(entry.Method.ReturnType)
                && entry.Method.GetParameters().Last().ParameterType != typeof(CancellationToken)
            select entry.Type.Name,
            Is.Empty);

    [Test]
    public void No_function_takes_a_store() =>
        Assert.That(
            from entry in All
            from parameter in entry.Type.GetConstructors().Single().GetParameters()
            where parameter.ParameterType.Name.EndsWith("Store", StringComparison.Ordinal)
            select $"{entry.Type.Name} takes {parameter.ParameterType.Name}",
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
        var timers = string.Concat(
            Repository.ProductFiles("*Function.cs").Select(File.ReadAllText).Where(text => text.Contains("[TimerTrigger(", StringComparison.Ordinal)));

        Assert.That(
            app.Services.GetRequiredService<JobRegistry>().All
                .Where(job => !timers.Contains($"\"{job.Definition.Id}\"", StringComparison.Ordinal)
                    && !timers.Contains($"{job.GetType().Name}.", StringComparison.Ordinal))
                .Select(job => job.Definition.Id),
            Is.Empty);
    }

    private static HttpTriggerAttribute? TriggerOf(MethodInfo method) =>
        method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null);

    /// <summary>Same number of segments, and in each place equal text, or a parameter that could be the other's text.</summary>
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
