using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;
using Smplat.LocalHost.Discovery;
using Smplat.LocalHost.Invocation;

namespace Smplat.LocalHost.Http;

/// <summary>
/// Tells a path without a function (404) from one that has a function for another method (405). A template that takes
/// every path, such as the one for CORS preflight, makes no path known.
/// </summary>
internal sealed class KnownPaths
{
    private readonly List<KnownPath> _paths;

    public KnownPaths(IServiceProvider services, string prefix)
    {
        var resolver = services.GetRequiredService<IInlineConstraintResolver>();
        _paths =
        [
            .. services.GetRequiredService<FunctionCatalog>().Http
                .Select(function => TemplateParser.Parse(FunctionRules.Template(function.Method, prefix)))
                .Where(template => !template.Parameters.Any(part => part.IsCatchAll) || template.Segments.Count > 1)
                .Select(template => new KnownPath(template, resolver)),
        ];
    }

    /// <summary>Runs where routing found nothing for the method; everything else passes through.</summary>
    public Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is null or RouteEndpoint || _paths.Exists(path => path.IsMatch(http)))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private sealed class KnownPath(RouteTemplate template, IInlineConstraintResolver resolver)
    {
        private readonly TemplateMatcher _matcher = new(template, []);

        private readonly List<(string Name, IRouteConstraint Rule)> _rules =
        [
            .. from part in template.Parameters
               from constraint in part.InlineConstraints
               let rule = resolver.ResolveConstraint(constraint.Constraint)
               where rule is not null
               select (part.Name, rule),
        ];

        public bool IsMatch(HttpContext http)
        {
            var values = new RouteValueDictionary();
            return _matcher.TryMatch(http.Request.Path, values)
                && _rules.TrueForAll(rule => !values.ContainsKey(rule.Name)
                    || rule.Rule.Match(http, null, rule.Name, values, RouteDirection.IncomingRequest));
        }
    }
}
