using Smplat.Functions;
using Smplat.LocalHost;

namespace Smplat.Tests.Architecture;

/// <summary>
/// The app may use of the local host only what the official packages have too: otherwise the Azure build breaks, which
/// nobody sees here. Whoever needs more adds it here and to Smplat.LocalHost, after a look at the official API.
/// </summary>
public sealed class OfficialSurfaceTests
{
    private static readonly string[] Allowed =
    [
        .. Members("Microsoft.Azure.Functions.Worker.FunctionAttribute", ".ctor", "Name"),
        .. Members("Microsoft.Azure.Functions.Worker.HttpTriggerAttribute", ".ctor", "Route", "Methods", "AuthLevel"),
        .. Members("Microsoft.Azure.Functions.Worker.AuthorizationLevel"),
        .. Members("Microsoft.Azure.Functions.Worker.TimerTriggerAttribute", ".ctor", "Schedule", "UseMonitor", "RunOnStartup"),
        .. Members("Microsoft.Azure.Functions.Worker.TimerInfo", ".ctor", "ScheduleStatus", "IsPastDue"),
        .. Members("Microsoft.Azure.Functions.Worker.ScheduleStatus", ".ctor", "Last", "Next", "LastUpdated"),
        .. Members(
            "Microsoft.Azure.Functions.Worker.FunctionContext",
            "InvocationId", "FunctionId", "BindingContext", "InstanceServices", "FunctionDefinition", "Items", "CancellationToken"),
        .. Members("Microsoft.Azure.Functions.Worker.FunctionContextExtensions", "GetHttpContext"),
        .. Members("Microsoft.Azure.Functions.Worker.FunctionDefinition", "PathToAssembly", "EntryPoint", "Id", "Name", "InputBindings", "OutputBindings"),
        .. Members("Microsoft.Azure.Functions.Worker.BindingContext", "BindingData"),
        .. Members("Microsoft.Azure.Functions.Worker.BindingMetadata", "Name", "Type"),
        .. Members("Microsoft.Azure.Functions.Worker.IFunctionsWorkerApplicationBuilder", "Services", "Use"),
        .. Members("Microsoft.Azure.Functions.Worker.Middleware.IFunctionsWorkerMiddleware", "Invoke"),
        .. Members("Microsoft.Azure.Functions.Worker.Middleware.FunctionExecutionDelegate", ".ctor", "Invoke"),
        .. Members("Microsoft.Azure.Functions.Worker.Builder.FunctionsApplication", "CreateBuilder"),
        .. Members(
            "Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilder",
            "Configuration", "Environment", "Logging", "Metrics", "Services", "Build"),
        .. Members("Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilderAspNetCoreExtensions", "ConfigureFunctionsWebApplication"),
        .. Members("Microsoft.Extensions.Hosting.MiddlewareWorkerApplicationBuilderExtensions", "UseMiddleware", "UseWhen"),
        .. Members("Azure.Data.Tables.ITableEntity", "PartitionKey", "RowKey", "Timestamp", "ETag"),
        .. Members(
            "Azure.Data.Tables.TableEntity",
            ".ctor", "PartitionKey", "RowKey", "Timestamp", "ETag", "Item", "GetString", "GetInt32", "GetInt64", "GetDouble",
            "GetBoolean", "GetDateTimeOffset", "GetBinary", "GetBinaryData", "Add", "ContainsKey", "TryGetValue"),
        .. Members(
            "Azure.Data.Tables.TableClient",
            ".ctor", "Name", "CreateIfNotExistsAsync", "GetEntityIfExistsAsync", "AddEntityAsync", "UpsertEntityAsync",
            "UpdateEntityAsync", "DeleteEntityAsync", "QueryAsync"),
        .. Members("Azure.Data.Tables.TableServiceClient", ".ctor", "GetTableClient"),
        .. Members("Azure.Data.Tables.TableClientOptions", ".ctor"),
        .. Members("Azure.Data.Tables.TableClientOptions.ServiceVersion"),
        .. Members("Azure.Data.Tables.TableUpdateMode"),
        .. Members("Azure.Data.Tables.Models.TableItem", "Name"),
        .. Members(
            "Azure.Monitor.OpenTelemetry.Exporter.AzureMonitorExporterExtensions",
            "AddAzureMonitorTraceExporter", "AddAzureMonitorMetricExporter", "AddAzureMonitorLogExporter"),
        .. Members("Azure.Monitor.OpenTelemetry.Exporter.AzureMonitorExporterOptions", "ConnectionString", "SamplingRatio"),
    ];

    private static readonly string StandIn = typeof(LocalFunctionsHost).Assembly.GetName().Name!;

    [Test]
    public void The_app_uses_only_what_the_official_packages_have()
    {
        var used = OfficialSurface.UsedBy(typeof(SmplatHost).Assembly.Location, StandIn);

        Assert.That(used.Except(Allowed, StringComparer.Ordinal), Is.Empty);
    }

    [Test]
    public void What_the_app_uses_is_really_read()
    {
        var used = OfficialSurface.UsedBy(typeof(SmplatHost).Assembly.Location, StandIn);

        Assert.That(used, Does.Contain("Microsoft.Azure.Functions.Worker.FunctionAttribute..ctor")
            .And.Contain("Microsoft.Azure.Functions.Worker.Builder.FunctionsApplication.CreateBuilder"));
    }

    [Test]
    public void Nothing_of_the_local_host_s_own_namespace_is_used_by_the_app()
    {
        var used = OfficialSurface.UsedBy(typeof(SmplatHost).Assembly.Location, StandIn);

        Assert.That(used.Where(name => name.StartsWith("Smplat.", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Every_public_type_of_the_official_namespaces_is_on_the_list()
    {
        var types = typeof(LocalFunctionsHost).Assembly.GetExportedTypes()
            .Where(type => !type.Namespace!.StartsWith("Smplat.", StringComparison.Ordinal))
            .Select(type => type.FullName!.Replace('+', '.'));

        Assert.That(types.Except(Allowed, StringComparer.Ordinal), Is.Empty);
    }

    private static IEnumerable<string> Members(string type, params string[] members) =>
        members.SelectMany(member => new[] { member, $"get_{member}", $"set_{member}" }).Select(member => $"{type}.{member}").Prepend(type);
}
