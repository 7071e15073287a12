using System.Globalization;
using Smplat.LocalHost.Discovery;
using Smplat.LocalHost.Invocation;
using Smplat.LocalHost.Timers;

namespace Smplat.LocalHost.Startup;

/// <summary>The table of functions that a local run ends its start with.</summary>
internal static class FunctionListing
{
    public static IEnumerable<string> Lines(
        FunctionCatalog catalog, IReadOnlyList<TimerPlan> timers, FunctionSwitches switches, string prefix,
        string address, DateTimeOffset now)
    {
        string[][] rows =
        [
            .. catalog.Http.Select(function => new[]
            {
                Methods(function),
                function.Name,
                switches.IsDisabled(function.Name)
                    ? "disabled"
                    : $"{address}/{FunctionRules.Template(function.Method, prefix)}",
            }),
            .. timers.Select(plan => new[] { "timer", plan.Function.Name, Describe(plan, switches, now) }),
        ];
        if (rows.Length == 0)
        {
            return ["No functions."];
        }

        var methods = rows.Max(row => row[0].Length);
        var names = rows.Max(row => row[1].Length);
        var lines = rows.Select(row => $"  {row[0].PadRight(methods)}  {row[1].PadRight(names)}  {row[2]}");
        return ["Functions", "", .. lines];
    }

    private static string Methods(LocalFunction function) =>
        function.Method.Http!.Methods is { Length: > 0 } methods ? string.Join(',', methods).ToUpperInvariant() : "any";

    private static string Describe(TimerPlan plan, FunctionSwitches switches, DateTimeOffset now)
    {
        if (plan.Problem is { } problem)
        {
            return $"not started: {problem}";
        }

        if (switches.IsDisabled(plan.Function.Name))
        {
            return $"{plan.Text}  disabled";
        }

        return plan.Schedule!.NextAfter(now) is { } next
            ? string.Create(CultureInfo.InvariantCulture, $"{plan.Text}  next {next:yyyy-MM-dd HH:mm:ss zzz}")
            : $"{plan.Text}  never again";
    }
}
