"""The web faces: JSON gateway, public portal, administrators' console. Each is an HTTPS server of its own
that calls the registry over gRPC and can do nothing there that its callers could not do by themselves.

    gateway   for systems     JSON over HTTPS; the caller is whom its API token names
    portal    for everybody   what is disclosed of organisations, and verification of papers
    console   for officials   the caller is the department of who signed in; every act is signed by the
                              official's key, which the signing component holds

``registry-web serve --config web.toml`` runs those that the file names.
"""
